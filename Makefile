# imf-repl: build, test and run. `make demo` and `make test` start from a bare Debian 12 with the Swift toolchain.

PACKAGES = libdnnl-dev libopenblas-dev libedit-dev libsixel-dev libpng-dev libjpeg62-turbo-dev libcairo2-dev zlib1g-dev libzstd-dev \
  libyaml-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libzmq3-dev libsodium-dev
# Tests run optimised, so that numbers are tested as users compute them; their build folder is their own because
# -enable-testing would otherwise rebuild everything at each change between the two.
TEST = swift test -c release -Xswiftc -enable-testing --scratch-path .build-test
BUILD = swift build -c release -Xswiftc -static-stdlib

# The operation table, the evaluator and the language under AddressSanitizer, then ThreadSanitizer. Kept out of `test`:
# each needs a build of its own. Leaks are not looked for: the runtime and the libraries keep what they make once.
# ThreadSanitizer looks at our loops (Sources/CKernels/parallel.c); tests run one after the other under it, because it
# cannot see Swift's Mutex, which waits on futexes, and would report whatever two tests evaluate under it.
SANITIZED = 'TensorTests|LangTests'
SANITIZE = swift test -c release -Xswiftc -enable-testing --filter $(SANITIZED)

.PHONY: fuzz fuzz-language sanitize demo test build bench bench-scalar bench-ranks bench-peers bench-checkpoint bench-vision test-interop test-evaluation test-editors test-jupyter test-terminal format clean deps

demo: build
	.build/release/imf-repl examples/fashion.imf --out demo-output

test: deps
	$(TEST)

sanitize: deps
	ASAN_OPTIONS=detect_leaks=0 $(SANITIZE) --sanitize=address --scratch-path .build-asan
	TSAN_OPTIONS="suppressions=$(CURDIR)/Tests/thread-sanitizer.supp halt_on_error=1" \
	  $(SANITIZE) --no-parallel --sanitize=thread --scratch-path .build-tsan

# Damaged files of one format or of all, so many seconds each: make fuzz FORMAT=zip SECONDS=600 SEED=2. A crash leaves its
# input in Tests/FuzzTests/Corpus.
fuzz: deps
	FUZZ_FORMAT=$(FORMAT) FUZZ_SECONDS=$(or $(SECONDS),60) FUZZ_SEED=$(or $(SEED),1) $(TEST) --filter FuzzTests

# The lexer, parser, layout and evaluator of the language under libFuzzer, guided by coverage: make fuzz-language SECONDS=3600.
# What it finds lies in .build-fuzz-language/found (Swift's own handler of crashes would keep libFuzzer from writing it); what is worth keeping goes to Tests/LangTests/Fuzzing/Corpus.
fuzz-language: deps
	IMF_FUZZ=1 swift build -c release --sanitize=fuzzer -Xswiftc -enable-testing --product LanguageFuzzer --scratch-path .build-fuzz-language
	mkdir -p .build-fuzz-language/found .build-fuzz-language/corpus
	SWIFT_BACKTRACE=enable=no .build-fuzz-language/release/LanguageFuzzer -max_total_time=$(or $(SECONDS),60) -seed=$(or $(SEED),1) -max_len=1024 -timeout=10 \
	  -rss_limit_mb=2048 -artifact_prefix=.build-fuzz-language/found/ .build-fuzz-language/corpus Tests/LangTests/Fuzzing/Corpus \
	  Tests/LangTests/Scripts Tests/LangTests/Diagnostics examples

build: deps
	$(BUILD) --product imf-repl

bench: build
	.build/release/imf-repl Benchmarks/training_step.imf

# Scalar loops, beside CPython and Lua.
bench-scalar: build
	@command -v python3 >/dev/null && command -v lua5.4 >/dev/null || $(MAKE) deps PACKAGES="python3 lua5.4"
	python3 Benchmarks/scalar/run.py .build/release/imf-repl

# Steps of B/2 by one process and by two: RANKS="--rounds 3 --batch 8" chooses.
bench-ranks: build
	@command -v mpirun >/dev/null && command -v python3 >/dev/null || $(MAKE) deps PACKAGES="openmpi-bin python3"
	python3 Benchmarks/ranks/run.py .build/release/imf-repl $(RANKS)

# Loading a B/2 training checkpoint, ours against orbax at the versions that wrote the authors' checkpoints.
bench-checkpoint: build .build-checkpoint/ready
	.build-checkpoint/bin/python Benchmarks/checkpoint/run.py

.build-checkpoint/ready: Benchmarks/checkpoint/requirements.txt
	@python3 -c 'import ensurepip' 2>/dev/null || $(MAKE) deps PACKAGES=python3-venv
	python3 -m venv .build-checkpoint
	.build-checkpoint/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The same work in JAX and PyTorch, side by side: PEERS="--only digits,softmax" or PEERS=--quick chooses. Python, the two
# packages and NumPy are needed for this comparison alone, in a folder of their own.
bench-peers: build .build-peers/ready
	.build-peers/bin/python Benchmarks/peers/run.py $(PEERS)

.build-peers/ready: Benchmarks/peers/requirements.txt
	@python3 -c 'import ensurepip' 2>/dev/null || $(MAKE) deps PACKAGES=python3-venv
	python3 -m venv .build-peers
	.build-peers/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Inception and the autoencoder beside PyTorch, with weights drawn by lot.
bench-vision: build .build-vision/ready
	.build-vision/bin/python Benchmarks/vision/run.py

# FID, KID and prepared data against pytorch-fid, diffusers, torchvision and Pillow.
test-evaluation: build .build-vision/ready
	.build-vision/bin/python Tests/Interop/evaluation.py .build/release/imf-repl

.build-vision/ready: Benchmarks/vision/requirements.txt
	@python3 -c 'import ensurepip' 2>/dev/null || $(MAKE) deps PACKAGES=python3-venv
	python3 -m venv .build-vision
	.build-vision/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Round trips with NumPy, safetensors, torch and flax at the versions that the authors' checkpoints were written with.
# Python and the packages are needed for these tests alone, in a folder of their own.
test-interop: build .build-interop/ready
	.build-interop/bin/python Tests/Interop/run.py .build/release/imf-repl

.build-interop/ready: Tests/Interop/requirements.txt
	@python3 -c 'import ensurepip' 2>/dev/null || $(MAKE) deps PACKAGES=python3-venv
	python3 -m venv .build-interop
	.build-interop/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Pictures as they are seen: the tests of terminals with what they need to look at pixels and panes. `make test` runs them
# too, where the programs are there.
test-terminal: deps
	@for p in Xvfb xterm import tmux; do command -v $$p >/dev/null || missing=1; done; \
	  [ -z "$$missing" ] || $(MAKE) deps PACKAGES="xvfb xterm imagemagick tmux"
	$(TEST) --filter 'GraphicsTerminalTests|XtermTests|TmuxScreenTests'

# The language server under a client library that holds it to the protocol.
test-editors: build .build-editors/ready
	IMF_REPL=.build/release/imf-repl PYTHONDONTWRITEBYTECODE=1 .build-editors/bin/python -m pytest -q -p no:cacheprovider Tests/Editors

.build-editors/ready: Tests/Editors/requirements.txt
	@python3 -c 'import ensurepip' 2>/dev/null || $(MAKE) deps PACKAGES=python3-venv
	python3 -m venv .build-editors
	.build-editors/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The kernel under Jupyter's own clients and its tests of kernels.
test-jupyter: build .build-jupyter/ready
	IMF_REPL=.build/release/imf-repl PYTHONDONTWRITEBYTECODE=1 .build-jupyter/bin/python -m pytest -q -p no:cacheprovider Tests/Jupyter

.build-jupyter/ready: Tests/Jupyter/requirements.txt
	@python3 -c 'import ensurepip' 2>/dev/null || $(MAKE) deps PACKAGES=python3-venv
	python3 -m venv .build-jupyter
	.build-jupyter/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

format:
	swift format --in-place --recursive Package.swift Sources Tests

clean:
	rm -rf .build .build-test .build-fuzz-language .build-asan .build-tsan .build-peers .build-checkpoint .build-vision .build-interop .build-editors .build-jupyter demo-output

# Installs the system libraries that are missing; asks nothing when all are there.
deps:
	@command -v swift >/dev/null || { echo "imf-repl needs the Swift 6 toolchain: see swift.org/install" >&2; exit 1; }
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'install ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  if [ $$(id -u) = 0 ]; then run=""; elif command -v sudo >/dev/null; then run=sudo; else \
	    echo "imf-repl needs these Debian packages; install them as root: apt-get install" $$missing >&2; exit 1; fi; \
	  echo "installing" $$missing; \
	  $$run apt-get update -qq && $$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	fi
