"""The pages that the server shows to people: what waits for their approval, and the views."""
