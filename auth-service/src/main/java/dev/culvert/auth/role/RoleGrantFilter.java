package dev.culvert.auth.role;

import dev.culvert.contracts.identity.Role;
import java.util.Optional;
import java.util.UUID;

/** Which grants to list; what is empty does not narrow. */
record RoleGrantFilter(Optional<UUID> accountId, Optional<Role> role, Optional<Boolean> active) {}
