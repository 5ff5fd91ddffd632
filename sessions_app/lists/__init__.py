"""The lists of both tabs: their filters, columns, chips and addresses, for pages and exports."""
