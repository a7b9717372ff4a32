package dev.culvert.contracts.event;

import java.util.Set;
import java.util.UUID;

/** Events of profiles and tenants, on {@link Topics#USERS}. */
public sealed interface UserEvent extends DomainEvent {
    /** A tenant was created; a personal one belongs to the user who registered. */
    record TenantCreated(UUID tenantId, String name, boolean personal, UUID ownerId) implements UserEvent {
        @Override
        public String subject() {
            return tenantId.toString();
        }
    }

    /** A user got a profile. */
    record ProfileCreated(UUID userId, UUID tenantId, String username, String email) implements UserEvent {
        @Override
        public String subject() {
            return userId.toString();
        }
    }

    /** A user's profile changed. */
    record ProfileUpdated(UUID userId, Set<String> changedFields) implements UserEvent {
        public ProfileUpdated {
            changedFields = Set.copyOf(changedFields);
        }

        @Override
        public String subject() {
            return userId.toString();
        }
    }

    /** A user's preferences changed. */
    record PreferencesUpdated(UUID userId, Set<String> changedFields) implements UserEvent {
        public PreferencesUpdated {
            changedFields = Set.copyOf(changedFields);
        }

        @Override
        public String subject() {
            return userId.toString();
        }
    }
}
