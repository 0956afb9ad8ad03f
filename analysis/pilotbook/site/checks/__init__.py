"""What must hold of a site before readers see it: links, markup, proofs, disclosure, signatures."""
