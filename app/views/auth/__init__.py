"""Pages that concern a person: sign-in, sign-out, account."""
