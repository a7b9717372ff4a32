package dev.culvert.proxy.proxy;

import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.proxy.proxy.ProxyStatusResponse.TargetStatus;
import dev.culvert.proxy.tunnel.TunnelState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.util.UriUtils;

/** What a proxy's owner reads. A stranger's proxy is not found. */
@Service
@Transactional(readOnly = true)
class ProxyViews {
    private final ProxyRepository proxies;
    private final TargetHealth health;
    private final Reachability reachability;

    ProxyViews(ProxyRepository proxies, TargetHealth health, Reachability reachability) {
        this.proxies = proxies;
        this.health = health;
        this.reachability = reachability;
    }

    /**
     * A proxy.
     *
     * @param revision counts its edits
     */
    record Found(int revision, ProxyResponse response) {}

    Found find(UUID id, Caller caller) {
        Proxy proxy = owned(id, caller);
        return new Found(proxy.revision(), response(proxy));
    }

    Page<ProxyResponse> list(Caller caller, PageRequest page) {
        List<ProxyResponse> found = proxies.page(caller.userId(), page.limit(), page.offset()).stream()
                .map(ProxyViews::response)
                .toList();
        return Page.of(found, proxies.countByUserId(caller.userId()), page);
    }

    ProxyStatusResponse status(UUID id, Caller caller) {
        Proxy proxy = owned(id, caller);
        List<TargetStatus> targets =
                proxy.targets().stream().map(target -> status(proxy, target)).toList();
        boolean allFailed =
                proxy.status() == ProxyState.RUNNING && targets.stream().noneMatch(TargetStatus::available);
        return new ProxyStatusResponse(
                id,
                proxy.name(),
                allFailed ? "error" : proxy.status().wireName(),
                proxy.statusChangedAt(),
                proxy.lastActivityAt(),
                targets);
    }

    private TargetStatus status(Proxy proxy, Target target) {
        Optional<TunnelState> tunnel = reachability.tunnelOf(proxy, target);
        boolean available = health.available(proxy.getId(), target)
                && tunnel.map(TunnelState::connected).orElse(true);
        return new TargetStatus(target, available, tunnel.map(TunnelState::status));
    }

    private Proxy owned(UUID id, Caller caller) {
        return proxies.findByIdAndUserId(id, caller.userId()).orElseThrow(ProxyService::notFound);
    }

    private static ProxyResponse response(Proxy proxy) {
        return new ProxyResponse(
                proxy.getId(),
                proxy.userId(),
                proxy.name(),
                proxy.status().wireName(),
                "/p/" + UriUtils.encodePathSegment(proxy.name(), StandardCharsets.UTF_8) + "/",
                proxy.targets(),
                proxy.createdAt(),
                proxy.updatedAt());
    }
}
