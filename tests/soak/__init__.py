"""Many operations at a facility in bad weather: nothing is done twice, and nothing is told that is not so."""
