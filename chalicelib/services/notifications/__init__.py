"""What hosts are told of: who is told of what, once each, in words that are made when somebody reads them."""
