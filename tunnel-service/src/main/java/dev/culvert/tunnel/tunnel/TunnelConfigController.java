package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.activity.CommandSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** A tunnel's configuration by itself (requirement R4.3). Changes hold for requests that begin afterwards. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnels")
class TunnelConfigController {
    private final TunnelService service;
    private final TunnelViews views;
    private final TunnelAccess access;

    TunnelConfigController(TunnelService service, TunnelViews views, TunnelAccess access) {
        this.service = service;
        this.views = views;
        this.access = access;
    }

    @GetMapping("/{id}/config")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Read the bounds of a tunnel's traffic")
    TunnelConfig get(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return access.call(id, caller, TunnelAction.VIEW, CommandSource.of(request), _ -> views.config(id));
    }

    @PutMapping("/{id}/config")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Set the bounds of a tunnel's traffic",
            description =
                    "What is left out takes its default. Requests that begin afterwards keep to it, without a restart.")
    TunnelConfig replace(
            @PathVariable UUID id, @Valid @RequestBody TunnelConfig body, Caller caller, HttpServletRequest request) {
        return configure(id, TunnelConfig.defaultsWith(body), caller, request);
    }

    @PostMapping("/{id}/config/reset")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(summary = "Give a tunnel the default bounds")
    TunnelConfig reset(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return configure(id, TunnelConfig.defaults(), caller, request);
    }

    private TunnelConfig configure(UUID id, TunnelConfig config, Caller caller, HttpServletRequest request) {
        CommandSource source = CommandSource.of(request);
        return access.call(id, caller, TunnelAction.CHANGE, source, _ -> service.configure(id, config, caller, source));
    }
}
