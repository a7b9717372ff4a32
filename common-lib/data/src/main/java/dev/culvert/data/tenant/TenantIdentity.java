package dev.culvert.data.tenant;

import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** For whom the present thread works: the open {@link TenantScope}, else the caller of the request. */
public final class TenantIdentity {

    /** A caller's tenant and user. */
    public record CallerIds(UUID tenantId, UUID userId) {}

    private final Supplier<Optional<CallerIds>> caller;

    /** {@code caller} gives the verified caller of the request that the present thread serves, if there is one. */
    public TenantIdentity(Supplier<Optional<CallerIds>> caller) {
        this.caller = caller;
    }

    /** The tenant whose rows are visible; empty in the system scope and when nobody said. */
    public Optional<UUID> tenantId() {
        return TenantScope.current()
                .map(binding -> switch (binding) {
                    case TenantScope.Binding.OneTenant tenant -> Optional.of(tenant.tenantId());
                    case TenantScope.Binding.AllTenants _ -> Optional.<UUID>empty();
                })
                .orElseGet(() -> caller.get().map(CallerIds::tenantId));
    }

    /** The user the scope names, else the one behind the request, if there is one. */
    public Optional<UUID> userId() {
        return TenantScope.current()
                .flatMap(binding -> switch (binding) {
                    case TenantScope.Binding.OneTenant tenant -> tenant.userId();
                    case TenantScope.Binding.AllTenants _ -> Optional.<UUID>empty();
                })
                .or(() -> caller.get().map(CallerIds::userId));
    }

    boolean isSystem() {
        return TenantScope.current()
                .filter(TenantScope.Binding.AllTenants.class::isInstance)
                .isPresent();
    }
}
