"""An endpoint that responds to calls: this folder is all that has to be deployed."""
