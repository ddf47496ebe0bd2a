"""An endpoint that answers calls: this folder is all that has to be deployed."""
