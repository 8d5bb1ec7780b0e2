"""Settings to adapters to ports to the Bolt app: the only module that knows every concrete."""
