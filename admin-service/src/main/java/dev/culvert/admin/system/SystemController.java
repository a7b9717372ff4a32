package dev.culvert.admin.system;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/admin/system")
@Tag(name = "System", description = "Whether the services of this installation work.")
class SystemController {
    private final HealthProbe probe;
    private final Clock clock;

    SystemController(HealthProbe probe, Clock clock) {
        this.probe = probe;
        this.clock = clock;
    }

    @GetMapping("/status")
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(
            summary = "Show how every service fares",
            description = "Asks all services now. Answers 200 with status healthy or degraded.")
    SystemStatusResponse systemStatus() {
        return SystemStatusResponse.of(clock.instant(), probe.askAll());
    }
}
