"""Pure data that passes between the floors: frozen, typed, standard library only."""
