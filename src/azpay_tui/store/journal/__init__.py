"""What cannot be fetched again: intents, attempts, evidence, audit chain, tracked ids, people's marks."""
