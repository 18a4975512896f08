def summarise(request):
    raise NotImplementedError
