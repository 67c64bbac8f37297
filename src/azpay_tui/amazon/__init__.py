"""The way to Amazon: signs, sends and translates, and knows neither database nor screen."""
