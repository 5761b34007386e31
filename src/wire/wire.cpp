// Compiles the headers on their own; the module has no other code.
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"
#include "wire/messages.hpp"
#include "wire/place.hpp"
