package dev.culvert.gateway.documentation;

import static org.springframework.web.reactive.function.server.RequestPredicates.path;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Properties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The documentation addresses (requirement X-36). Everything comes from here: no page loads anything from elsewhere. */
@Configuration(proxyBeanMethods = false)
class DocumentationPages {
    /** Swagger UI puts its icons into the page as data and sets styles on elements; scripts come from here only. */
    private static final String POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
            + " frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private static final MediaType HTML = MediaType.valueOf("text/html;charset=UTF-8");
    private static final String SWAGGER_UI = "META-INF/resources/webjars/swagger-ui/%s/%s";

    @Bean
    RouterFunction<ServerResponse> documentationRoutes(ApiDocument document) {
        String version = swaggerUiVersion();
        Mono<ServerResponse> problems = page(ProblemPage.html());
        return RouterFunctions.route()
                .route(
                        path("/openapi.json").or(path("/api/v1/openapi.json")),
                        _ -> document.text()
                                .flatMap(text -> ServerResponse.ok()
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .cacheControl(CacheControl.noCache())
                                        .bodyValue(text)))
                .route(path("/docs"), _ -> resource(new ClassPathResource("docs/index.html"), HTML))
                .route(
                        path("/api/docs").or(path("/api/v1/docs")).or(path("/redoc")),
                        _ -> ServerResponse.status(HttpStatus.PERMANENT_REDIRECT)
                                .location(URI.create("/docs"))
                                .build())
                .route(path("/docs/problems"), _ -> problems)
                .route(path("/docs/docs.css"), _ -> asset("docs/docs.css", "text/css"))
                .route(path("/docs/docs.js"), _ -> asset("docs/docs.js", "text/javascript"))
                .route(
                        path("/docs/swagger-ui.css"),
                        _ -> asset(SWAGGER_UI.formatted(version, "swagger-ui.css"), "text/css"))
                .route(
                        path("/docs/swagger-ui-bundle.js"),
                        _ -> asset(SWAGGER_UI.formatted(version, "swagger-ui-bundle.js"), "text/javascript"))
                .build();
    }

    private static Mono<ServerResponse> page(String html) {
        return ServerResponse.ok()
                .contentType(HTML)
                .header("Content-Security-Policy", POLICY)
                .bodyValue(html);
    }

    private static Mono<ServerResponse> asset(String location, String type) {
        return resource(new ClassPathResource(location), MediaType.valueOf(type + ";charset=UTF-8"));
    }

    private static Mono<ServerResponse> resource(Resource resource, MediaType type) {
        return ServerResponse.ok()
                .contentType(type)
                .header("Content-Security-Policy", POLICY)
                .cacheControl(CacheControl.maxAge(Duration.ofHours(1)))
                .bodyValue(resource);
    }

    private static String swaggerUiVersion() {
        try {
            Properties jar = PropertiesLoaderUtils.loadProperties(
                    new ClassPathResource("META-INF/maven/org.webjars/swagger-ui/pom.properties"));
            return jar.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException("Swagger UI is not on the class path", e);
        }
    }
}
