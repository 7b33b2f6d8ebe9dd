"""What people write: how many texts hold what readers look for, their themes, some of them."""
