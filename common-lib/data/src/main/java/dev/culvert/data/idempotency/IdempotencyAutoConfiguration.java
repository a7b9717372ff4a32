package dev.culvert.data.idempotency;

import dev.culvert.platform.problem.ServletProblems;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

/** Honours Idempotency-Key in servlet services. */
@AutoConfiguration(
        after = JdbcTemplateAutoConfiguration.class,
        afterName = "dev.culvert.platform.problem.ProblemAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnProperty(name = "culvert.data.idempotency.enabled", matchIfMissing = true)
@EnableConfigurationProperties(IdempotencyProperties.class)
class IdempotencyAutoConfiguration {

    /** Behind Spring Security's chain (-100), which says who the caller is. */
    private static final int ORDER = 0;

    @Bean
    AnswerStore answerStore(JdbcTemplate jdbc, IdempotencyProperties properties) {
        return new AnswerStore(jdbc, properties.claimTimeout(), properties.retention());
    }

    @Bean
    AnswerCleanup answerCleanup(AnswerStore answers) {
        return new AnswerCleanup(answers);
    }

    @Bean
    FilterRegistrationBean<IdempotencyFilter> idempotencyFilter(
            AnswerStore answers, ServletProblems problems, IdempotencyProperties properties) {
        var registration = new FilterRegistrationBean<>(
                new IdempotencyFilter(answers, problems, properties.maxRequestSize(), properties.maxAnswerSize()));
        registration.setOrder(ORDER);
        return registration;
    }
}
