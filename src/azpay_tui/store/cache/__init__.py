"""Everything that can be rebuilt from the journal and Amazon: facts, list rows, search."""
