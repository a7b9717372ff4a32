package dev.culvert.admin.system;

import java.time.Instant;
import java.util.List;

/** How the whole suite fares: healthy when every service is, else degraded. */
record SystemStatusResponse(Health status, Instant checkedAt, List<ServiceStatusResponse> services) {
    static SystemStatusResponse of(Instant checkedAt, List<ServiceStatusResponse> services) {
        boolean healthy = services.stream().allMatch(service -> service.status() == Health.HEALTHY);
        return new SystemStatusResponse(healthy ? Health.HEALTHY : Health.DEGRADED, checkedAt, services);
    }
}
