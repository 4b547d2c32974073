"""A company that never was: 甬联包装, which sells packaging and labels, with its customers and three years of work."""
