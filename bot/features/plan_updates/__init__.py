"""Weekly status updates of save plans and get-well plans: asked for, written, kept with their history, gathered."""
