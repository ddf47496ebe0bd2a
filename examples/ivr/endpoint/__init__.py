"""An endpoint that responds to calls; deploy this folder."""
