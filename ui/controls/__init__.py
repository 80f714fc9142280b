"""What a person can set. This folder alone owns widget keys, URL parameters and session state."""
