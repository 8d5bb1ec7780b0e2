"""Product feedback: written down at an account's card or from a message, gathered for the product teams."""
