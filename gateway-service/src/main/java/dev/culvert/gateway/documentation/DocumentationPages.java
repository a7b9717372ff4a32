package dev.culvert.gateway.documentation;

import static org.springframework.web.reactive.function.server.RequestPredicates.path;

import dev.culvert.gateway.compression.PackedContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Properties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The documentation addresses (requirements S1.60, S4.45, X-36). Everything comes from here: no page loads anything from
 * elsewhere, and a page runs only the scripts it names, told by a nonce that is new each time it is loaded.
 */
@Configuration(proxyBeanMethods = false)
class DocumentationPages {
    private static final String STATIC_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";
    private static final MediaType HTML = MediaType.valueOf("text/html;charset=UTF-8");
    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final int NONCE_BYTES = 16;

    private final SecureRandom random = new SecureRandom();

    @Bean
    RouterFunction<ServerResponse> documentationRoutes(ApiDocument document) {
        String swagger = "META-INF/resources/webjars/swagger-ui/" + version("org.webjars", "swagger-ui") + '/';
        String redoc = "META-INF/resources/webjars/redoc/" + version("org.webjars.npm", "redoc") + "/bundles/";
        return RouterFunctions.route()
                .route(
                        path("/openapi.json").or(path("/api/v1/openapi.json")),
                        request -> document.content()
                                .flatMap(content ->
                                        content(content, MediaType.APPLICATION_JSON, CacheControl.noCache(), request)))
                .route(path("/docs"), page("docs/index.html"))
                .route(path("/redoc"), page("docs/redoc.html"))
                .route(
                        path("/api/docs").or(path("/api/v1/docs")),
                        _ -> ServerResponse.status(HttpStatus.PERMANENT_REDIRECT)
                                .location(URI.create("/docs"))
                                .build())
                .route(path("/docs/problems"), asset(ProblemPage.html().getBytes(StandardCharsets.UTF_8), HTML))
                .route(path("/docs/docs.css"), asset("docs/docs.css", "text/css"))
                .route(path("/docs/docs.js"), asset("docs/docs.js", "text/javascript"))
                .route(path("/docs/redoc.js"), asset("docs/redoc.js", "text/javascript"))
                .route(path("/docs/swagger-ui.css"), asset(swagger + "swagger-ui.css", "text/css"))
                .route(path("/docs/swagger-ui-bundle.js"), asset(swagger + "swagger-ui-bundle.js", "text/javascript"))
                .route(path("/docs/redoc.standalone.js"), asset(redoc + "redoc.standalone.js", "text/javascript"))
                .build();
    }

    /** A page whose scripts carry {@code {{nonce}}}. */
    private HandlerFunction<ServerResponse> page(String location) {
        String template = new String(read(location), StandardCharsets.UTF_8);
        return _ -> {
            byte[] bytes = new byte[NONCE_BYTES];
            random.nextBytes(bytes);
            String nonce = Base64.getEncoder().encodeToString(bytes);
            return ServerResponse.ok()
                    .contentType(HTML)
                    .header("Content-Security-Policy", policy(nonce))
                    .cacheControl(CacheControl.noStore())
                    .bodyValue(template.replace("{{nonce}}", nonce));
        };
    }

    /** Both viewers put pictures into the page as data and set styles on elements; scripts must carry the nonce. */
    private static String policy(String nonce) {
        return "default-src 'self'; script-src 'nonce-" + nonce + "'; img-src 'self' data:;"
                + " style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    }

    private static HandlerFunction<ServerResponse> asset(String location, String type) {
        return asset(read(location), MediaType.valueOf(type + ";charset=UTF-8"));
    }

    private static HandlerFunction<ServerResponse> asset(byte[] bytes, MediaType type) {
        PackedContent content = new PackedContent(bytes);
        CacheControl remembered = CacheControl.maxAge(REMEMBERED).cachePublic();
        return request -> content(content, type, remembered, request);
    }

    private static Mono<ServerResponse> content(
            PackedContent content, MediaType type, CacheControl cacheControl, ServerRequest request) {
        return request.checkNotModified(content.eTag()).switchIfEmpty(Mono.defer(() -> {
            PackedContent.Chosen chosen = content.choose(request.headers().asHttpHeaders());
            ServerResponse.BodyBuilder answer = ServerResponse.ok()
                    .contentType(type)
                    .eTag(content.eTag())
                    .header("Content-Security-Policy", STATIC_POLICY)
                    .varyBy(HttpHeaders.ACCEPT_ENCODING)
                    .cacheControl(cacheControl);
            chosen.coding().ifPresent(coding -> answer.header(HttpHeaders.CONTENT_ENCODING, coding));
            return answer.bodyValue(chosen.bytes());
        }));
    }

    private static byte[] read(String location) {
        try {
            return new ClassPathResource(location).getContentAsByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("Not on the class path: " + location, e);
        }
    }

    private static String version(String group, String artifact) {
        String location = "META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        try {
            Properties jar = PropertiesLoaderUtils.loadProperties(new ClassPathResource(location));
            return jar.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(artifact + " is not on the class path", e);
        }
    }
}
