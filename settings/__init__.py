"""What `config.py` knows about the values of single settings: keys, mail, providers, and what is unsafe."""
