"""How well a kernel rounds: its errors against exact values, and inside a proven bound."""
