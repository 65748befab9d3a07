"""What a request means: pure functions from the A1111 payload to typed values. Nothing here imports torch."""
