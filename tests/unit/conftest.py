"""Options of the unit tests."""


def pytest_addoption(parser):
    parser.addoption(
        "--bless",
        action="store_true",
        help="write what the golden pages give now to their folders; review the diff",
    )
