package dev.culvert.tunnel.inspector;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.tunnel.OwnedTunnels;
import dev.culvert.tunnel.tunnel.OwnedTunnels.OwnedTunnel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.util.UriUtils;

/** What a tunnel's owner does with the inspector. Whose tunnel it is, is asked of the database each time. */
@Service
class InspectorViews {
    private final OwnedTunnels tunnels;
    private final StoredSettings settings;
    private final Inspector inspector;
    private final InspectorProperties properties;
    private final Replay replay;
    private final TransactionOperations transactions;

    InspectorViews(
            OwnedTunnels tunnels,
            StoredSettings settings,
            Inspector inspector,
            InspectorProperties properties,
            Replay replay,
            TransactionOperations transactions) {
        this.tunnels = tunnels;
        this.settings = settings;
        this.inspector = inspector;
        this.properties = properties;
        this.replay = replay;
        this.transactions = transactions;
    }

    /** What is to be forgotten, for a new owner perhaps, is forgotten here before anything is shown. */
    OwnedTunnel require(UUID tunnelId, Caller caller) {
        return Optional.ofNullable(transactions.execute(_ -> {
                    OwnedTunnel tunnel = tunnels.require(tunnelId, caller);
                    settings.row(tunnelId).ifPresent(row -> settings.learn(tunnelId, row));
                    return tunnel;
                }))
                .orElseThrow();
    }

    SettingsResponse settings(UUID tunnelId, Caller caller) {
        InspectorSettings stored = Optional.ofNullable(transactions.execute(_ -> {
                    tunnels.require(tunnelId, caller);
                    return settings.row(tunnelId)
                            .map(StoredSettings.Stored::settings)
                            .orElse(InspectorSettings.DEFAULT);
                }))
                .orElseThrow();
        return response(stored);
    }

    SettingsResponse update(UUID tunnelId, UpdateSettingsRequest request, Caller caller) {
        InspectorSettings wanted = new InspectorSettings(request.enabled(), request.bodies());
        change(tunnelId, caller, tunnel -> settings.store(tunnel.id(), tunnel.tenantId(), wanted));
        return response(wanted);
    }

    /** On this replica at once, on the others when they read it. */
    private void change(UUID tunnelId, Caller caller, Function<OwnedTunnel, StoredSettings.Stored> change) {
        StoredSettings.Stored stored = Optional.ofNullable(
                        transactions.execute(_ -> change.apply(tunnels.require(tunnelId, caller))))
                .orElseThrow();
        settings.learn(tunnelId, stored);
    }

    private SettingsResponse response(InspectorSettings known) {
        return new SettingsResponse(
                known.enabled(), known.bodies(), properties.bodyLimit().toBytes(), properties.requestsPerTunnel());
    }

    Page<RequestSummary> requests(UUID tunnelId, Optional<UUID> connectionId, Caller caller, PageRequest page) {
        List<CapturedRequest> found = captures(tunnelId, connectionId, caller);
        List<RequestSummary> shown = found.stream()
                .skip(page.offset())
                .limit(page.limit())
                .map(RequestSummary::of)
                .toList();
        return Page.of(shown, found.size(), page);
    }

    private List<CapturedRequest> captures(UUID tunnelId, Optional<UUID> connectionId, Caller caller) {
        require(tunnelId, caller);
        return inspector.captures().of(tunnelId).stream()
                .filter(request -> connectionId.isEmpty()
                        || request.traffic().course().sessionId().equals(connectionId))
                .toList();
    }

    RequestDetail request(UUID tunnelId, UUID requestId, Caller caller) {
        require(tunnelId, caller);
        return RequestDetail.of(find(tunnelId, requestId), decodedLimitBytes());
    }

    ReplayResponse replay(UUID tunnelId, UUID requestId, Optional<ReplayRequest> changes, String token, Caller caller) {
        OwnedTunnel tunnel = require(tunnelId, caller);
        Map<String, String> headers = changes.map(ReplayRequest::headers).orElseGet(Map::of);
        return replay.send(find(tunnelId, requestId), tunnel.name(), token, headers);
    }

    void clear(UUID tunnelId, Caller caller) {
        change(tunnelId, caller, tunnel -> settings.clear(tunnel.id(), tunnel.tenantId()));
    }

    Map<String, Object> archive(UUID tunnelId, Caller caller) {
        OwnedTunnel tunnel = require(tunnelId, caller);
        String prefix = "/t/" + UriUtils.encodePathSegment(tunnel.name(), StandardCharsets.UTF_8);
        return Archive.of(captures(tunnelId, Optional.empty(), caller), prefix, decodedLimitBytes());
    }

    String spreadsheet(UUID tunnelId, Caller caller) {
        return Spreadsheet.of(captures(tunnelId, Optional.empty(), caller));
    }

    private CapturedRequest find(UUID tunnelId, UUID requestId) {
        return inspector
                .captures()
                .find(tunnelId, requestId)
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NOT_FOUND, "No such request is kept here. GET …/requests lists those that are."));
    }

    private int decodedLimitBytes() {
        return Math.toIntExact(properties.decodedLimit().toBytes());
    }
}
