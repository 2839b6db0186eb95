"""`./desk bench assistant`: how late the words of many answers come, and what people notice of them."""
