"""The programs of fib.imf, sums.imf and mandelbrot.imf in Python."""
import time


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def with_while(n):
    s = 0.0
    i = 0
    while i < n:
        s += i
        i += 1
    return s


def with_for(n):
    s = 0.0
    for i in range(n):
        s += i
    return s


def mandelbrot(width, height, limit):
    total = 0
    for row in range(height):
        y0 = -1.25 + 2.5 * row / height
        for column in range(width):
            x0 = -2 + 3 * column / width
            x = y = 0.0
            k = 0
            while k < limit and x * x + y * y <= 4:
                x, y = x * x - y * y + x0, 2 * x * y + y0
                k += 1
            total += k
    return total


def report(name, start, result):
    print(name, f"{result:.0f}", f"{time.perf_counter() - start:.4f}", sep="\t")


start = time.perf_counter()
report("fib(27)", start, fib(27))
start = time.perf_counter()
report("sum, while", start, with_while(10_000_000))
start = time.perf_counter()
report("sum, for", start, with_for(10_000_000))
start = time.perf_counter()
s = 0.0
for i in range(10_000_000):
    s += i
report("sum, session", start, s)
start = time.perf_counter()
report("Mandelbrot 200 x 200", start, mandelbrot(200, 200, 100))
