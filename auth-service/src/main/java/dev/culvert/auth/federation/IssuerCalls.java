package dev.culvert.auth.federation;

import dev.culvert.platform.outbound.AddressGuard;
import dev.culvert.platform.outbound.OutboundHttpClient;
import dev.culvert.platform.outbound.OutboundRequest;
import dev.culvert.platform.outbound.OutboundResponse;
import dev.culvert.platform.outbound.OutboundUrl;
import dev.culvert.platform.outbound.RefusedAddressException;
import dev.culvert.platform.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Calls to providers, by the guarded way out: TLS unless the operator allows the address, no redirects, bounded. */
@Component
class IssuerCalls {
    private static final int OK = 200;

    private final OutboundHttpClient client;
    private final AddressGuard guard;
    private final FederationProperties properties;

    IssuerCalls(OutboundHttpClient client, AddressGuard guard, FederationProperties properties) {
        this.client = client;
        this.guard = guard;
        this.properties = properties;
    }

    /**
     * A document.
     *
     * @throws IOException when there is no answer, or another one than 200
     */
    String get(String address) throws IOException {
        OutboundResponse answer = send("GET", address, Map.of(), new byte[0]);
        if (answer.status() != OK) {
            throw new IOException(address + " answered " + answer.status());
        }
        return text(answer);
    }

    /** The answer to a form, whatever its status. */
    OutboundResponse post(String address, String form, Map<String, String> headers) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_FORM_URLENCODED_VALUE);
        return send("POST", address, all, form.getBytes(StandardCharsets.UTF_8));
    }

    static String text(OutboundResponse answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private OutboundResponse send(String method, String address, Map<String, String> headers, byte[] body)
            throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(HttpHeaders.ACCEPT, MediaType.APPLICATION_JSON_VALUE);
        try {
            OutboundUrl url = OutboundUrl.parse(address);
            if (!url.secure() && !allowedWithoutTls(url)) {
                throw new IOException(address + " is not https");
            }
            return client.send(new OutboundRequest(method, url, all, body, properties.timeout()));
        } catch (RefusedAddressException | ProblemException e) {
            throw new IOException(address + " may not be called", e);
        }
    }

    private boolean allowedWithoutTls(OutboundUrl url) throws IOException {
        return guard.resolve(url.host(), url.port()).stream()
                .allMatch(target -> guard.isAllowed(target.getAddress(), target.getPort()));
    }
}
