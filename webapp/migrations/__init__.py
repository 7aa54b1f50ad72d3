"""The steps by which the database got its shape, and how they are taken."""
