"""What people type about sales and expenses."""
