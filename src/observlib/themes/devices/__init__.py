"""The devices that listen: what each gives, and which products none listens to."""
