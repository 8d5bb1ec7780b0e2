"""App Home: what each person should look at now, from the answers that the commands give."""
