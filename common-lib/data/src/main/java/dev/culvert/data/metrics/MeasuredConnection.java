package dev.culvert.data.metrics;

import dev.culvert.data.metrics.QueryMetrics.QueryType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection that measures its statements and passes everything else on. Every statement of every service goes through
 * here, so this does no more than that.
 */
final class MeasuredConnection {
    private static final ClassLoader LOADER = MeasuredConnection.class.getClassLoader();

    private MeasuredConnection() {}

    static Connection of(Connection connection, QueryMetrics metrics) {
        return (Connection) proxy(Connection.class, (self, method, arguments) -> {
            if (isEquals(method)) {
                return isSame(self, argument(arguments));
            }
            Object result = invoke(connection, method, arguments);
            return result instanceof Statement statement ? of(statement, argument(arguments), metrics) : result;
        });
    }

    /** A statement that is prepared says at that time what it is, another one when it is executed. */
    private static Object of(Statement statement, @Nullable Object preparedSql, QueryMetrics metrics) {
        Class<?> type = switch (statement) {
            case CallableStatement _ -> CallableStatement.class;
            case PreparedStatement _ -> PreparedStatement.class;
            default -> Statement.class;
        };
        QueryType prepared = type(preparedSql);
        return proxy(type, (self, method, arguments) -> {
            if (isEquals(method)) {
                return isSame(self, argument(arguments));
            }
            if (!method.getName().startsWith("execute")) {
                return invoke(statement, method, arguments);
            }
            QueryType executed = argument(arguments) instanceof String sql ? type(sql) : prepared;
            long start = System.nanoTime();
            boolean success = false;
            try {
                Object result = invoke(statement, method, arguments);
                success = true;
                return result;
            } finally {
                metrics.ended(executed, start, success);
            }
        });
    }

    private static QueryType type(@Nullable Object sql) {
        return sql instanceof String text ? QueryType.of(text) : QueryType.OTHER;
    }

    private static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(LOADER, new Class<?>[] {type}, handler);
    }

    private static boolean isEquals(Method method) {
        return method.getDeclaringClass() == Object.class && method.getName().equals("equals");
    }

    @SuppressWarnings("ReferenceEquality") // a connection or statement is only ever the same as itself
    private static boolean isSame(Object self, @Nullable Object other) {
        return self == other;
    }

    private static @Nullable Object argument(@Nullable Object @Nullable [] arguments) {
        return arguments == null || arguments.length == 0 ? null : arguments[0];
    }

    private static @Nullable Object invoke(Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
