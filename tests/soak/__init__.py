"""Many operations at a facility in bad weather: nothing is done twice, and nothing false is reported."""
