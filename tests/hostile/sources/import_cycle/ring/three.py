import ring.two
