"""What managers see in a browser: views, filters, tables and charts."""
