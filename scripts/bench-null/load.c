/*
 * The load on null file systems: `load SECONDS SLICES (FILE PID)…` runs each measure on each file
 * in turn, SLICES times for SECONDS, so that what else the machine does hits all alike. PID serves
 * FILE. Writes one line "name index value" per slice. Seconds are those that the processor spent
 * on the load and on the server, which on one processor without other work are those of the clock:
 * rates are per such second, throughput is in MiB.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SMALL_BYTES 4096
#define LARGE_BYTES (1 << 20)
/* Written and read in a window, so that the page cache stays small. */
#define WINDOW_BYTES (256LL << 20)

static const char *path;
static char *buffer;
static double seconds;
static int slices;
static char **paths;
static int files;
static const char *server;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Seconds that all threads of a process have run, from their schedstat, in nanoseconds there. */
static double ran(const char *pid)
{
	char name[300];
	struct dirent *task;
	long long sum = 0, one;
	DIR *tasks;

	snprintf(name, sizeof name, "/proc/%s/task", pid);
	tasks = opendir(name);
	while (tasks != NULL && (task = readdir(tasks)) != NULL) {
		snprintf(name, sizeof name, "/proc/%s/task/%s/schedstat", pid, task->d_name);
		FILE *stat = task->d_name[0] == '.' ? NULL : fopen(name, "r");
		if (stat == NULL)
			continue;
		if (fscanf(stat, "%lld", &one) == 1)
			sum += one;
		fclose(stat);
	}
	if (tasks != NULL)
		closedir(tasks);
	return sum / 1e9;
}

static void require(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(1);
}

static int open_with(int flags)
{
	int fd = open(path, flags);
	require(fd >= 0, "open");
	return fd;
}

static int stat_once(int fd, long long i)
{
	struct stat st;
	(void)fd;
	(void)i;
	require(stat(path, &st) == 0, "stat");
	return 1;
}

static int open_once(int fd, long long i)
{
	(void)fd;
	(void)i;
	close(open_with(O_RDONLY));
	return 1;
}

static int read_small(int fd, long long i)
{
	require(pread(fd, buffer, SMALL_BYTES, i * SMALL_BYTES % WINDOW_BYTES) == SMALL_BYTES, "pread");
	return 1;
}

static int write_small(int fd, long long i)
{
	require(pwrite(fd, buffer, SMALL_BYTES, i * SMALL_BYTES % WINDOW_BYTES) == SMALL_BYTES, "pwrite");
	return 1;
}

static int read_large(int fd, long long i)
{
	long long at = i * LARGE_BYTES % WINDOW_BYTES;
	if (at == 0)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	require(pread(fd, buffer, LARGE_BYTES, at) == LARGE_BYTES, "pread");
	return 1;
}

static int write_large(int fd, long long i)
{
	require(pwrite(fd, buffer, LARGE_BYTES, i * LARGE_BYTES % WINDOW_BYTES) == LARGE_BYTES, "pwrite");
	return 1;
}

static void slice(const char *name, int index, int flags, int (*once)(int, long long))
{
	int fd = open_with(flags);
	long long count = 0;
	double start, spent;

	for (int i = 0; i < 32; i++)
		once(fd, i);
	spent = ran("self") + ran(server);
	start = now();
	do {
		for (int i = 0; i < 16; i++)
			once(fd, count++);
	} while (now() - start < seconds);
	fsync(fd);
	spent = ran("self") + ran(server) - spent;
	close(fd);
	printf("%s %d %.1f\n", name, index, count / spent);
}

static void measure(const char *name, int flags, int (*once)(int, long long))
{
	for (int round = 0; round < slices; round++)
		for (int index = 0; index < files; index++) {
			path = paths[2 * index];
			server = paths[2 * index + 1];
			slice(name, index, flags, once);
		}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return 2;
	seconds = atof(argv[1]);
	slices = atoi(argv[2]);
	paths = argv + 3;
	files = (argc - 3) / 2;
	require(posix_memalign((void **)&buffer, 4096, LARGE_BYTES) == 0, "posix_memalign");
	measure("stat", O_RDONLY, stat_once);
	measure("open", O_RDONLY, open_once);
	measure("read4k", O_RDONLY | O_DIRECT, read_small);
	measure("readSequential", O_RDONLY, read_large);
	measure("writeSequential", O_WRONLY, write_large);
	measure("write4k", O_WRONLY, write_small);
	return 0;
}
