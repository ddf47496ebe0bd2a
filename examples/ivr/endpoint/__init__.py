"""An endpoint that handles calls; deploy this folder."""
