"""Alerts: what somebody must see in time, told once, in their working hours, without noise."""
