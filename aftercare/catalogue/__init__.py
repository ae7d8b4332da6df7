"""The company's products, services and manuals: read from files, kept in tables, then asked."""
