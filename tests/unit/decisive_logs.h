/* SPDX-License-Identifier: Apache-2.0 */
/* Ends of logs and the line of each that tells why. line NULL: nothing stands out. */
#ifndef TESTS_UNIT_DECISIVE_LOGS_H
#define TESTS_UNIT_DECISIVE_LOGS_H

#include <stddef.h>

static const struct {
	const char *name, *text, *line, *kind;
} logs[] = {
	{"go panic",
	 "starting\npanic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: "
	 "segmentation "
	 "violation code=0x1 "
	 "addr=0x0 pc=0x47]\n\ngoroutine 1 [running]:\nmain.(*Server).Start(0x0)\n\t/app/server.go:12 "
	 "+0x1d\nmain.main()\n\t/app/main.go:8 +0x20\nexit status 2\n",
	 "panic: runtime error: invalid memory address or nil pointer dereference", "panic"},
	{"go panic about a connection",
	 "panic: dial tcp 10.96.0.12:5432: connect: connection refused\n\ngoroutine 1 "
	 "[running]:\nmain.main()\n\t/app/main.go:8\n",
	 "panic: dial tcp 10.96.0.12:5432: connect: connection refused", "refused"},
	{"go panic recovered and raised",
	 "panic: assignment to entry in nil map [recovered]\n\tpanic: assignment to entry in nil map\n\ngoroutine 7 "
	 "[running]:\n",
	 "panic: assignment to entry in nil map [recovered]", "panic"},
	{"go deadlock",
	 "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/x.go:4 "
	 "+0x25\n",
	 "fatal error: all goroutines are asleep - deadlock!", "panic"},
	{"go log.Fatal",
	 "2026/05/01 10:00:00 config loaded\n2026/05/01 10:00:01 listen tcp :80: bind: permission denied\n",
	 "2026/05/01 10:00:01 listen tcp :80: bind: permission denied", "denied"},
	{"go flag",
	 "flag provided but not defined: -metrics-addr\nUsage of /manager:\n  -addr string\n    \taddress (default "
	 "\":8080\")\n",
	 "flag provided but not defined: -metrics-addr", "config"},
	{"go env", "2026/05/01 10:00:01 DATABASE_URL must be set\n", "2026/05/01 10:00:01 DATABASE_URL must be set",
	 "config"},
	{"logrus",
	 "time=\"2026-05-01T10:00:00Z\" level=info msg=\"starting\" error=nil\ntime=\"2026-05-01T10:00:01Z\" "
	 "level=fatal "
	 "msg=\"cannot open store\" "
	 "error=\"open /data/db: read-only file system\"\n",
	 "time=\"2026-05-01T10:00:01Z\" level=fatal msg=\"cannot open store\" error=\"open /data/db: read-only file "
	 "system\"",
	 "denied"},
	{"zap",
	 "{\"level\":\"info\",\"msg\":\"0 errors\"}\n{\"level\":\"error\",\"msg\":\"ping failed\",\"error\":\"dial "
	 "tcp: "
	 "lookup redis.prod: no such host\"}\n"
	 "{\"level\":\"info\",\"msg\":\"shutting down\"}\n",
	 "{\"level\":\"error\",\"msg\":\"ping failed\",\"error\":\"dial tcp: lookup redis.prod: no such host\"}",
	 "dns"},
	{"json fatal after json error",
	 "{\"level\":\"error\",\"msg\":\"cache is cold\"}\n{\"level\":\"fatal\",\"msg\":\"migration 12 is dirty\"}\n",
	 "{\"level\":\"fatal\",\"msg\":\"migration 12 is dirty\"}", "error"},
	{"pino", "{\"level\":30,\"msg\":\"up\"}\n{\"level\":60,\"msg\":\"schema mismatch\"}\n",
	 "{\"level\":60,\"msg\":\"schema mismatch\"}", "error"},
	{"klog E",
	 "I0501 10:00:00.000000       1 main.go:1] starting\nE0501 10:00:01.000000       1 run.go:74] \"command "
	 "failed\" "
	 "err=\"unable to load "
	 "client CA: open /etc/ca.crt: no such file or directory\"\n",
	 "E0501 10:00:01.000000       1 run.go:74] \"command failed\" err=\"unable to load client CA: open "
	 "/etc/ca.crt: no "
	 "such file or directory\"",
	 "not-found"},
	{"klog F",
	 "W0501 10:00:00.000000 1 a.go:1] slow\nF0501 10:00:01.000000       1 server.go:20] leaderelection "
	 "lost\ngoroutine "
	 "1 [running]:\n"
	 "k8s.io/klog/v2.stacks(0x1)\n\t/klog.go:1 +0xb9\n",
	 "F0501 10:00:01.000000       1 server.go:20] leaderelection lost", "timeout"},
	{"python",
	 "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n    main()\n  File "
	 "\"/app/main.py\", line 9, in main\n"
	 "    int(os.environ[\"PORT\"])\n    ^^^^^^^\nKeyError: 'PORT'\n",
	 "KeyError: 'PORT'", "exception"},
	{"python chained",
	 "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    connect()\nConnectionRefusedError: "
	 "[Errno "
	 "111] Connection refused\n\n"
	 "During handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  "
	 "File \"a.py\", line 5, in <module>\n"
	 "    raise RuntimeError(\"startup\")\nRuntimeError: startup\n",
	 "ConnectionRefusedError: [Errno 111] Connection refused", "refused"},
	{"python raised from",
	 "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    open(p)\nFileNotFoundError: [Errno 2] "
	 "No "
	 "such file or "
	 "directory: '/etc/app.yaml'\n\nThe above exception was the direct cause of the following "
	 "exception:\n\nTraceback "
	 "(most recent call last):\n"
	 "  File \"a.py\", line 9, in g\nConfigError: bad config\n",
	 "FileNotFoundError: [Errno 2] No such file or directory: '/etc/app.yaml'", "not-found"},
	{"python import",
	 "Traceback (most recent call last):\n  File \"/app/m.py\", line 1, in <module>\n    import "
	 "flask\nModuleNotFoundError: No module named 'flask'\n",
	 "ModuleNotFoundError: No module named 'flask'", "not-found"},
	{"python cuda",
	 "epoch 1\nTraceback (most recent call last):\n  File \"train.py\", line 88, in "
	 "<module>\ntorch.cuda.OutOfMemoryError: CUDA out of memory. "
	 "Tried to allocate 2.00 GiB\n",
	 "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", "oom"},
	{"gunicorn",
	 "[2026-05-01 10:00:00 +0000] [1] [INFO] Starting gunicorn 20.1.0\n[2026-05-01 10:00:00 +0000] [7] [ERROR] "
	 "Exception in worker process\n"
	 "Traceback (most recent call last):\n  File \"/x/arbiter.py\", line 589, in spawn_worker\n    "
	 "worker.init_process()\n"
	 "ModuleNotFoundError: No module named 'wsgi'\n[2026-05-01 10:00:00 +0000] [7] [INFO] Worker exiting (pid: 7)\n"
	 "[2026-05-01 10:00:01 +0000] [1] [INFO] Shutting down: Master\n[2026-05-01 10:00:01 +0000] [1] [INFO] Reason: "
	 "Worker failed to boot.\n",
	 "ModuleNotFoundError: No module named 'wsgi'", "not-found"},
	{"uvicorn",
	 "INFO:     Started server process [1]\nERROR:    [Errno 98] error while attempting to bind on address "
	 "('0.0.0.0', "
	 "8000): address already in use\n"
	 "INFO:     Waiting for application shutdown.\n",
	 "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use",
	 "port-in-use"},
	{"java",
	 "Exception in thread \"main\" java.lang.IllegalStateException: no driver\n\tat "
	 "com.x.Main.run(Main.java:12)\n\tat "
	 "com.x.Main.main(Main.java:5)\n",
	 "Exception in thread \"main\" java.lang.IllegalStateException: no driver", "exception"},
	{"java caused by",
	 "2026-05-01 10:00:00.000 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run "
	 "failed\n\norg.springframework.beans.factory."
	 "BeanCreationException: Error creating bean with name 'db'\n\tat org.x.A.b(A.java:1)\n\t... 17 common frames "
	 "omitted\nCaused by: org.hibernate."
	 "HibernateException: no dialect\n\tat org.y.C.d(C.java:2)\n\t... 30 more\nCaused by: "
	 "java.net.ConnectException: "
	 "Connection refused\n\tat java.net.E.f(E.java:3)\n",
	 "Caused by: java.net.ConnectException: Connection refused", "refused"},
	{"spring report",
	 "***************************\nAPPLICATION FAILED TO START\n***************************\n\nDescription:\n\nWeb "
	 "server failed to start. Port 8080 "
	 "was already in use.\n\nAction:\n\nIdentify and stop the process that's listening on port 8080.\n",
	 "Web server failed to start. Port 8080 was already in use.", "port-in-use"},
	{"java oom", "INFO start\njava.lang.OutOfMemoryError: Java heap space\nDumping heap to java_pid1.hprof ...\n",
	 "java.lang.OutOfMemoryError: Java heap space", "oom"},
	{"java class",
	 "Error: Could not find or load main class com.x.Main\nCaused by: java.lang.ClassNotFoundException: "
	 "com.x.Main\n",
	 "Caused by: java.lang.ClassNotFoundException: com.x.Main", "not-found"},
	{"java jar", "Error: Unable to access jarfile /app.jar\n", "Error: Unable to access jarfile /app.jar",
	 "not-found"},
	{"jvm option",
	 "Unrecognized VM option 'MaxPermSize=1g'\nError: Could not create the Java Virtual Machine.\nError: A fatal "
	 "exception has occurred. "
	 "Program will exit.\n",
	 "Unrecognized VM option 'MaxPermSize=1g'", "config"},
	{"kafka",
	 "[2026-05-01 10:00:00,000] ERROR Fatal error during KafkaServer startup. Prepare to shutdown "
	 "(kafka.server.KafkaServer)\n"
	 "kafka.common.InconsistentClusterIdException: The Cluster ID abc doesn't match stored clusterId Some(def) in "
	 "meta.properties.\n"
	 "\tat kafka.server.KafkaServer.startup(KafkaServer.scala:1)\n[2026-05-01 10:00:00,001] INFO shutting down "
	 "(kafka.server.KafkaServer)\n",
	 "kafka.common.InconsistentClusterIdException: The Cluster ID abc doesn't match stored clusterId Some(def) in "
	 "meta.properties.",
	 "config"},
	{"elasticsearch",
	 "ERROR: [1] bootstrap checks failed\n[1]: max virtual memory areas vm.max_map_count [65530] is too low, "
	 "increase "
	 "to at least [262144]\n"
	 "ERROR: Elasticsearch did not exit normally - check the logs at /x.log\n",
	 "[1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]", "config"},
	{"node",
	 "/app/server.js:10\n        throw new Error('no upstream');\n        ^\n\nError: no upstream\n    at "
	 "Object.<anonymous> (/app/server.js:10:15)\n"
	 "    at Module._compile (node:internal/modules/cjs/loader:1256:14)\n\nNode.js v18.17.0\n",
	 "Error: no upstream", "exception"},
	{"node module",
	 "node:internal/modules/cjs/loader:1080\n  throw err;\n  ^\n\nError: Cannot find module 'express'\nRequire "
	 "stack:\n- /app/server.js\n"
	 "    at Module._resolveFilename (node:internal/modules/cjs/loader:1077:15) {\n  code: 'MODULE_NOT_FOUND',\n  "
	 "requireStack: [ '/app/server.js' ]\n}\n\n"
	 "Node.js v18.17.0\n",
	 "Error: Cannot find module 'express'", "not-found"},
	{"node listen",
	 "node:events:491\n      throw er; // Unhandled 'error' event\n      ^\n\nError: listen EADDRINUSE: address "
	 "already in use :::3000\n"
	 "    at Server.setupListenHandle [as _listen2] (node:net:1463:16)\nEmitted 'error' event on Server instance "
	 "at:\n "
	 "   at emitErrorNT (node:net:1)\n  code: 'EADDRINUSE',\n",
	 "Error: listen EADDRINUSE: address already in use :::3000", "port-in-use"},
	{"node cause",
	 "Error: cannot reach the store\n    at main (/app/a.js:1:1) {\n  [cause]: Error: connect ECONNREFUSED "
	 "10.0.0.1:5432\n      at x (node:net:1)\n}\n",
	 "  [cause]: Error: connect ECONNREFUSED 10.0.0.1:5432", "refused"},
	{"node heap",
	 "<--- Last few GCs --->\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n "
	 "1: "
	 "0xb7c4e0 node::Abort() [node]\n",
	 "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "oom"},
	{"npm",
	 "> app@1.0.0 start\n> node index.js\n\nsh: 1: node: not found\nnpm ERR! code ELIFECYCLE\nnpm ERR! errno "
	 "127\nnpm "
	 "ERR! A complete log of this run can be "
	 "found in:\n",
	 "sh: 1: node: not found", "not-found"},
	{".net",
	 "info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: http://[::]:80\nUnhandled exception. "
	 "System.InvalidOperationException: no host\n"
	 " ---> System.Net.Sockets.SocketException (111): Connection refused\n   at "
	 "System.Net.Sockets.Socket.Connect()\n  "
	 " --- End of inner exception stack trace ---\n"
	 "   at Program.Main()\n",
	 " ---> System.Net.Sockets.SocketException (111): Connection refused", "refused"},
	{".net plain",
	 "Unhandled exception. System.ArgumentNullException: Value cannot be null. (Parameter 'connectionString')\n   "
	 "at "
	 "Program.Main()\n",
	 "Unhandled exception. System.ArgumentNullException: Value cannot be null. (Parameter 'connectionString')",
	 "exception"},
	{".net logger",
	 "info: App[0]\n      started\ncrit: App[0]\n      License file is corrupt\ninfo: App[0]\n      Application is "
	 "shutting down...\n",
	 "      License file is corrupt", "error"},
	{"rust",
	 "thread 'main' panicked at src/main.rs:5:10:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 2, "
	 "kind: "
	 "NotFound, message: \"No such file or "
	 "directory\" }\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
	 "called `Result::unwrap()` on an `Err` value: Os { code: 2, kind: NotFound, message: \"No such file or "
	 "directory\" }",
	 "not-found"},
	{"rust old",
	 "thread 'main' panicked at 'index out of bounds: the len is 3 but the index is 7', src/main.rs:4:5\nnote: run "
	 "with `RUST_BACKTRACE=1`\n",
	 "thread 'main' panicked at 'index out of bounds: the len is 3 but the index is 7', src/main.rs:4:5", "panic"},
	{"rust anyhow",
	 "Error: loading settings\n\nCaused by:\n    0: reading /etc/app.toml\n    1: Permission denied (os error "
	 "13)\n",
	 "    1: Permission denied (os error 13)", "denied"},
	{"ruby", "/app/a.rb:3:in `fetch': key not found: \"DATABASE_URL\" (KeyError)\n\tfrom /app/a.rb:3:in `<main>'\n",
	 "/app/a.rb:3:in `fetch': key not found: \"DATABASE_URL\" (KeyError)", "exception"},
	{"php",
	 "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /app/db.php:3\nStack "
	 "trace:\n#0 /app/db.php(3): PDO->__construct()\n"
	 "#1 {main}\n  thrown in /app/db.php on line 3\n",
	 "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /app/db.php:3",
	 "refused"},
	{"c++",
	 "terminate called after throwing an instance of 'std::runtime_error'\n  what():  cannot map "
	 "/dev/shm/x\nAborted "
	 "(core dumped)\n",
	 "  what():  cannot map /dev/shm/x", "exception"},
	{"glibc", "running\ndouble free or corruption (!prev)\nAborted (core dumped)\n",
	 "double free or corruption (!prev)", "panic"},
	{"assert", "app: main.c:12: main: Assertion `x > 0' failed.\nAborted (core dumped)\n",
	 "app: main.c:12: main: Assertion `x > 0' failed.", "panic"},
	{"segfault", "starting worker\nSegmentation fault (core dumped)\n", "Segmentation fault (core dumped)",
	 "panic"},
	{"loader",
	 "/app/bin: error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file "
	 "or "
	 "directory\n",
	 "/app/bin: error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file "
	 "or "
	 "directory",
	 "not-found"},
	{"exec format", "exec /usr/local/bin/app: exec format error\n", "exec /usr/local/bin/app: exec format error",
	 "config"},
	{"shell not found", "+ set -e\n/entrypoint.sh: line 4: foo: command not found\n",
	 "/entrypoint.sh: line 4: foo: command not found", "not-found"},
	{"shell denied", "/bin/sh: /data/run.sh: Permission denied\n", "/bin/sh: /data/run.sh: Permission denied",
	 "denied"},
	{"shell file", "cat: /config/app.conf: No such file or directory\n",
	 "cat: /config/app.conf: No such file or directory", "not-found"},
	{"shell unbound", "/run.sh: line 3: DB_HOST: unbound variable\n", "/run.sh: line 3: DB_HOST: unbound variable",
	 "config"},
	{"killed", "loading model\nKilled\n", "Killed", "oom"},
	{"nginx emerg",
	 "/docker-entrypoint.sh: Configuration complete; ready for start up\n2026/05/01 10:00:00 [emerg] 1#1: host not "
	 "found in upstream \"api\" in "
	 "/etc/nginx/conf.d/a.conf:3\nnginx: [emerg] host not found in upstream \"api\" in "
	 "/etc/nginx/conf.d/a.conf:3\n",
	 "2026/05/01 10:00:00 [emerg] 1#1: host not found in upstream \"api\" in /etc/nginx/conf.d/a.conf:3", "dns"},
	{"nginx directive",
	 "nginx: [emerg] unknown directive \"servr\" in /etc/nginx/nginx.conf:4\nnginx: configuration file "
	 "/etc/nginx/nginx.conf test failed\n",
	 "nginx: [emerg] unknown directive \"servr\" in /etc/nginx/nginx.conf:4", "config"},
	{"postgres",
	 "2026-05-01 10:00:00.000 UTC [1] LOG:  starting PostgreSQL 15\n2026-05-01 10:00:00.000 UTC [1] FATAL:  data "
	 "directory \"/var/lib/postgresql/data\" has "
	 "invalid permissions\n2026-05-01 10:00:00.000 UTC [1] DETAIL:  Permissions should be u=rwx "
	 "(0700).\n2026-05-01 "
	 "10:00:00.000 UTC [1] LOG:  database system is shut down\n",
	 "2026-05-01 10:00:00.000 UTC [1] FATAL:  data directory \"/var/lib/postgresql/data\" has invalid permissions",
	 "denied"},
	{"postgres disk",
	 "PANIC:  could not write to file \"pg_wal/xlogtemp.1\": No space left on device\nLOG:  startup process (PID "
	 "9) "
	 "was terminated by signal 6: Aborted\n"
	 "LOG:  aborting startup due to startup process failure\n",
	 "PANIC:  could not write to file \"pg_wal/xlogtemp.1\": No space left on device", "disk-full"},
	{"mysql",
	 "2026-05-01T10:00:00.000000Z 1 [ERROR] [MY-012592] [InnoDB] Operating system error number 13 in a file "
	 "operation.\n2026-05-01T10:00:00.000000Z 1 [ERROR] "
	 "[MY-012594] [InnoDB] The error means mysqld does not have the access rights to the directory: Permission "
	 "denied\n2026-05-01T10:00:00.000000Z 0 [ERROR] [MY-010119] "
	 "[Server] Aborting\n",
	 "2026-05-01T10:00:00.000000Z 1 [ERROR] [MY-012594] [InnoDB] The error means mysqld does not have the access "
	 "rights to the directory: Permission denied",
	 "denied"},
	{"mysql client", "ERROR 1045 (28000): Access denied for user 'app'@'10.1.2.3' (using password: YES)\n",
	 "ERROR 1045 (28000): Access denied for user 'app'@'10.1.2.3' (using password: YES)", "auth"},
	{"redis",
	 "1:M 01 May 2026 10:00:00.000 * oO0OoO0OoO0Oo Redis is starting\n\n*** FATAL CONFIG FILE ERROR (Redis 7.0.0) "
	 "***\nReading the configuration file, at line 3\n"
	 ">>> 'maxmem 1gb'\nBad directive or wrong number of arguments\n",
	 "Bad directive or wrong number of arguments", "config"},
	{"redis port",
	 "1:M 01 May 2026 10:00:00.000 # Warning: Could not create server TCP listening socket *:6379: bind: Address "
	 "already in use\n"
	 "1:M 01 May 2026 10:00:00.000 # Failed listening on port 6379 (TCP), aborting.\n",
	 "1:M 01 May 2026 10:00:00.000 # Warning: Could not create server TCP listening socket *:6379: bind: Address "
	 "already in use",
	 "port-in-use"},
	{"rabbit",
	 "2026-05-01 10:00:00.000 [error] <0.1.0> BOOT FAILED\n2026-05-01 10:00:00.000 [error] <0.1.0> Error during "
	 "startup: {error,eacces}\n"
	 "{\"Kernel pid terminated\",application_controller,\"x\"}\nCrash dump is being written to: "
	 "erl_crash.dump...done\n",
	 "2026-05-01 10:00:00.000 [error] <0.1.0> Error during startup: {error,eacces}", "denied"},
	{"mongo",
	 "{\"t\":{},\"s\":\"I\",\"c\":\"CONTROL\",\"msg\":\"starting\"}\n{\"t\":{},\"s\":\"E\",\"c\":\"STORAGE\","
	 "\"msg\":"
	 "\"WiredTiger error\",\"attr\":{\"error\":28,\"message\":"
	 "\"No space left on device\"}}\n{\"t\":{},\"s\":\"F\",\"c\":\"-\",\"msg\":\"Fatal "
	 "assertion\"}\n{\"t\":{},\"s\":\"F\",\"c\":\"-\",\"msg\":\"***aborting after fassert() failure\"}\n",
	 "{\"t\":{},\"s\":\"E\",\"c\":\"STORAGE\",\"msg\":\"WiredTiger error\",\"attr\":{\"error\":28,\"message\":\"No "
	 "space left on device\"}}",
	 "disk-full"},
	{"auth",
	 "connecting\npsycopg2.OperationalError: connection to server at \"db\" failed: FATAL:  password "
	 "authentication "
	 "failed for user \"app\"\n",
	 "psycopg2.OperationalError: connection to server at \"db\" failed: FATAL:  password authentication failed for "
	 "user \"app\"",
	 "auth"},
	{"tls",
	 "level=error msg=\"push failed\" err=\"Post https://x: tls: failed to verify certificate: x509: certificate "
	 "signed by unknown authority\"\n",
	 "level=error msg=\"push failed\" err=\"Post https://x: tls: failed to verify certificate: x509: certificate "
	 "signed by unknown authority\"",
	 "tls"},
	{"timeout", "ERROR fetch failed: context deadline exceeded\nINFO exiting\n",
	 "ERROR fetch failed: context deadline exceeded", "timeout"},
	{"consequences",
	 "ERROR cannot open /data/index: no such file or directory\nERROR shutting down\nFATAL exiting with code 1\n",
	 "ERROR cannot open /data/index: no such file or directory", "not-found"},
	{"late fatal beats early error",
	 "ERROR cache: connection refused, retrying in 5s\nINFO listening on 8080\nINFO serving\nINFO reloaded\nFATAL "
	 "license has run out\n",
	 "FATAL license has run out", "error"},
	{"late error beats early",
	 "ERROR plugin x: no such file or directory\nINFO a started\nINFO b started\nINFO c started\nERROR queue is "
	 "gone: "
	 "no such host\n",
	 "ERROR queue is gone: no such host", "dns"},
	{"envoy",
	 "[2026-05-01 10:00:00.000][1][info][main] a\n[2026-05-01 10:00:00.000][1][critical][main] error initializing "
	 "configuration '/e.yaml': bad cluster\n"
	 "[2026-05-01 10:00:00.000][1][info][main] exiting\n",
	 "[2026-05-01 10:00:00.000][1][critical][main] error initializing configuration '/e.yaml': bad cluster",
	 "error"},
	{"plain words", "loading plugins\nschema version 12 is not supported by this build\n",
	 "schema version 12 is not supported by this build", "error"},
	{"coloured", "\x1b[32mINFO\x1b[0m up\n\x1b[31mERROR\x1b[0m disk quota exceeded\n",
	 "\x1b[31mERROR\x1b[0m disk quota exceeded", "disk-full"},
	{"forbidden",
	 "E0501 10:00:00.000000 1 r.go:1] failed to list *v1.Node: nodes is forbidden: User "
	 "\"system:serviceaccount:a:b\" "
	 "cannot list resource\n",
	 "E0501 10:00:00.000000 1 r.go:1] failed to list *v1.Node: nodes is forbidden: User "
	 "\"system:serviceaccount:a:b\" "
	 "cannot list resource",
	 "denied"},
	{"nothing: healthy",
	 "INFO starting\nINFO compiled, 0 errors, 0 warnings\nlevel=info msg=\"reconciled\" error=nil\nINFO error_log "
	 "/dev/stderr\n",
	 NULL, ""},
	{"nothing: access log",
	 "10.0.0.1 - - [01/May/2026:10:00:00 +0000] \"GET /healthz HTTP/1.1\" 404 153 \"-\" \"kube-probe/1.29\"\n"
	 "10.0.0.1 - - [01/May/2026:10:00:00 +0000] \"GET /error HTTP/1.1\" 404 153\n",
	 NULL, ""},
	{"nothing: deprecation",
	 "(node:1) [DEP0040] DeprecationWarning: The `punycode` module is deprecated. Use of it may fail in a future "
	 "error\n",
	 NULL, ""},
	{"nothing: json", "{\"level\":\"info\",\"error\":null,\"msg\":\"ok\"}\n{\"level\":\"info\",\"errors\":0}\n",
	 NULL, ""},
	{"nothing: java options",
	 "Picked up JAVA_TOOL_OPTIONS: -XX:+ExitOnOutOfMemoryError -XX:+HeapDumpOnOutOfMemoryError\nINFO Started App "
	 "in "
	 "3.1 seconds\n",
	 NULL, ""},
	{"nothing: empty", "", NULL, ""},
	{"nothing: blank", "\n\n  \n", NULL, ""},
};

#endif
